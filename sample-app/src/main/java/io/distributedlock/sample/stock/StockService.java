package io.distributedlock.sample.stock;

import java.util.concurrent.locks.LockSupport;

import io.distributedlock.DistributedLock;
import io.distributedlock.sample.SampleProperties;

import org.springframework.stereotype.Service;

/**
 * Changes stock levels under one lock per article. The lock of the article {@code pear}
 * has the key {@code stock::pear}: the name keeps it apart from an order of that id.
 */
@Service
public class StockService {

	private final StockRepository stock;

	private final long thinkingNanos;

	StockService(StockRepository stock, SampleProperties properties) {
		this.stock = stock;
		this.thinkingNanos = properties.thinkingTime().toNanos();
	}

	/**
	 * Return how much there is. Needs no lock: one command reads the whole state.
	 */
	int get(String sku) {
		return this.stock.find(sku).orElseThrow(() -> new UnknownSkuException(sku));
	}

	/**
	 * Set how much there is. A single command, too, but without the lock a reservation
	 * that has read the old level would overwrite the new one.
	 * @param sku the article
	 * @param quantity the units there are
	 */
	@DistributedLock(name = "stock", key = "#sku", waitTime = "30s")
	public void set(String sku, int quantity) {
		this.stock.save(sku, quantity);
	}

	/**
	 * Take units from the stock: read, think, write. Two callers that read the same level
	 * would sell the same unit twice, so only one at a time gets here, over all
	 * instances. The wait time is long enough for a queue of some hundred callers.
	 * @param sku the article
	 * @param quantity the units to take
	 * @return the units left
	 */
	@DistributedLock(name = "stock", key = "#sku", waitTime = "30s")
	public int reserve(String sku, int quantity) {
		int available = get(sku);
		LockSupport.parkNanos(this.thinkingNanos);
		if (available < quantity) {
			throw new SoldOutException(sku, quantity, available);
		}
		this.stock.save(sku, available - quantity);
		return available - quantity;
	}

}
