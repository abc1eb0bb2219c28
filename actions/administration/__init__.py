"""What the administration pages of all the apps share."""
