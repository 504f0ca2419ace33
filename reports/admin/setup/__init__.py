"""Setup in the admin: queues, lines, menus, operators; imports; who changed what."""
