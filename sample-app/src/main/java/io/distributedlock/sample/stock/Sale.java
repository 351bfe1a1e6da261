package io.distributedlock.sample.stock;

/**
 * What came of a sale.
 *
 * @param sku the article
 * @param locked whether the buyers took their turns under the lock
 * @param units the units there were
 * @param buyers how many wanted one
 * @param sold how many got one, as they believe
 * @param soldOut how many were told that there is none left
 * @param gaveUp how many did not get the lock in time
 * @param left the stock level at the end
 * @param millis how long it took
 */
record Sale(String sku, boolean locked, int units, int buyers, int sold, int soldOut, int gaveUp, int left,
		long millis) {
}
