"""The setup of the demo: lines, queues, menus, operators. No calls."""
