ALTER VIEW open_orders SET (security_barrier = true);
