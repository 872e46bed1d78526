"""Qt and asyncio in one loop: qasync's loop, owned tasks, the stall meter. The only place that imports qasync."""
