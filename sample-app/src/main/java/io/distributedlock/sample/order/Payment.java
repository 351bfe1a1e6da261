package io.distributedlock.sample.order;

/**
 * A payment that was made.
 *
 * @param orderId the order that was paid
 * @param fencingToken the fencing token of the lock under which it was paid: higher for
 * each time that this order was locked
 */
record Payment(String orderId, long fencingToken) {
}
