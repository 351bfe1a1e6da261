package io.distributedlock.sample.stock;

import java.util.concurrent.locks.LockSupport;

import io.distributedlock.sample.SampleProperties;

import org.springframework.stereotype.Component;

/**
 * Where the articles are. Nobody stands at its door: two callers who take units of an
 * article at the same time may take the same ones. {@link StockService} is for them.
 */
@Component
class StockRoom {

	private final StockRepository stock;

	private final long thinkingNanos;

	StockRoom(StockRepository stock, SampleProperties properties) {
		this.stock = stock;
		this.thinkingNanos = properties.thinkingTime().toNanos();
	}

	int get(String sku) {
		return this.stock.find(sku).orElseThrow(() -> new UnknownSkuException(sku));
	}

	void set(String sku, int quantity) {
		this.stock.save(sku, quantity);
	}

	/**
	 * Read, think, write.
	 * @param sku the article
	 * @param quantity the units to take
	 * @return the units left
	 */
	int take(String sku, int quantity) {
		int available = get(sku);
		LockSupport.parkNanos(this.thinkingNanos);
		if (available < quantity) {
			throw new SoldOutException(sku, quantity, available);
		}
		this.stock.save(sku, available - quantity);
		return available - quantity;
	}

}
