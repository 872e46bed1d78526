"""What the user sees: the window, its pages, wizards and dialogs. Shows values and makes plans."""
