package io.distributedlock.sample.stock;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.OnLost;
import io.distributedlock.sample.SampleProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Service;
import org.springframework.util.Assert;

/**
 * Changes stock levels under one lock per article. The lock of the article {@code pear}
 * has the key {@code stock::pear}: the name keeps it apart from an order of that id.
 */
@Service
public class StockService {

	private final StockRoom room;

	private final long stocktakingMillis;

	StockService(StockRoom room, SampleProperties properties) {
		this.room = room;
		this.stocktakingMillis = properties.stocktakingTime().toMillis();
	}

	/**
	 * Return how much there is. Needs no lock: one command reads the whole state.
	 */
	int get(String sku) {
		return this.room.get(sku);
	}

	/**
	 * Set how much there is. A single command, too, but without the lock a reservation
	 * that has read the old level would overwrite the new one.
	 * @param sku the article
	 * @param quantity the units there are
	 */
	@DistributedLock(name = "stock", key = "#sku", waitTime = "30s")
	public void set(String sku, int quantity) {
		this.room.set(sku, quantity);
	}

	/**
	 * Take units from the stock. Two callers that read the same level would sell the same
	 * unit twice, so only one at a time gets here, over all instances. The wait time is
	 * long enough for a queue of some hundred callers.
	 * @param sku the article
	 * @param quantity the units to take
	 * @return the units left
	 */
	@DistributedLock(name = "stock", key = "#sku", waitTime = "30s")
	public int reserve(String sku, int quantity) {
		return this.room.take(sku, quantity);
	}

	/**
	 * Count what there is. That takes long, and a count during which others came in is
	 * worth nothing: so whoever has lost the lock is interrupted.
	 * @param sku the article
	 * @param lease the lease of the lock: callers pass null
	 * @return the units there are
	 */
	@DistributedLock(name = "stock", key = "#sku", waitTime = "5s", onLost = OnLost.INTERRUPT)
	public int count(String sku, @Nullable LockLease lease) {
		Assert.state(lease != null, "Nobody counts without the lock");
		try {
			Thread.sleep(this.stocktakingMillis);
		}
		catch (InterruptedException ex) {
			lease.ensureHeld();
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while counting '%s'".formatted(sku), ex);
		}
		return this.room.get(sku);
	}

}
