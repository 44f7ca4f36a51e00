"""Watch streams that tell nodes their intent, and the reports that come back."""
