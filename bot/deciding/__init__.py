"""What people look at and decide: previews, deliveries, and what may be done about them."""
