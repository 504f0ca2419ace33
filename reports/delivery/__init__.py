"""Reports by e-mail at fixed times: when, what is in the mail, and sending it."""
