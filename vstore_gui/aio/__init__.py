"""Qt and asyncio in one loop: qasync's, owned tasks, the stall meter. Only here is qasync imported."""
