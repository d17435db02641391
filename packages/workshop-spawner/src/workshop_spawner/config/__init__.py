"""What an administrator decides: the traits of WorkshopSpawner, by concern."""
