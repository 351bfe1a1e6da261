package io.distributedlock.sample.stock;

/**
 * How many units of an article there are.
 *
 * @param sku the article
 * @param quantity the units in stock
 */
record StockLevel(String sku, int quantity) {
}
