"""What arrived: kept first, never changed but for the receipt of an earlier copy."""
