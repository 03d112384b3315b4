"""Other systems in the browser: where events are posted to, keys, queues at the broker."""
