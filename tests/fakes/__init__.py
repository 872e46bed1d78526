"""Hand-written stand-ins that keep the same Protocols as the real things and refuse what those refuse."""
