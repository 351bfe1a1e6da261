package io.distributedlock.sample.stock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockNotAcquiredException;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Service;

/**
 * Sells an article to many buyers who all come at the same time, each of whom wants one
 * unit. With the lock of {@link StockService}, or without it to see what becomes of that.
 */
@Service
public class SaleService {

	private static final Duration TIMEOUT = Duration.ofMinutes(1);

	private final StockService stock;

	private final StockRoom room;

	SaleService(StockService stock, StockRoom room) {
		this.stock = stock;
		this.room = room;
	}

	/**
	 * Hold a sale. There is one at a time of an article in all instances: another one
	 * would begin with putting its own units on the shelf. That is a lock of its own, and
	 * nobody waits for it.
	 * @param sku the article
	 * @param units the units there are
	 * @param buyers how many want one
	 * @param locked whether they take their turns under the lock
	 * @return what came of it
	 */
	@DistributedLock(name = "sale", key = "#sku", waitTime = "0")
	public Sale hold(String sku, int units, int buyers, boolean locked) {
		if (locked) {
			this.stock.set(sku, units);
			return sell(sku, units, buyers, true, (article) -> this.stock.reserve(article, 1));
		}
		this.room.set(sku, units);
		return sell(sku, units, buyers, false, (article) -> this.room.take(article, 1));
	}

	private Sale sell(String sku, int units, int buyers, boolean locked, Consumer<String> purchase) {
		long start = System.nanoTime();
		List<Outcome> outcomes = all(buyers, sku, purchase);
		return new Sale(sku, locked, units, buyers, Collections.frequency(outcomes, Outcome.SOLD),
				Collections.frequency(outcomes, Outcome.SOLD_OUT), Collections.frequency(outcomes, Outcome.GAVE_UP),
				this.room.get(sku), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
	}

	private static List<Outcome> all(int buyers, String sku, Consumer<String> purchase) {
		ExecutorService threads = Executors.newFixedThreadPool(buyers, new CustomizableThreadFactory("buyer-"));
		try {
			Callable<Outcome> buyer = () -> buy(sku, purchase);
			List<Outcome> outcomes = new ArrayList<>();
			for (Future<Outcome> outcome : threads.invokeAll(Collections.nCopies(buyers, buyer), TIMEOUT.toMillis(),
					TimeUnit.MILLISECONDS)) {
				outcomes.add(get(outcome));
			}
			return outcomes;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted during a sale of '%s'".formatted(sku), ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Outcome buy(String sku, Consumer<String> purchase) {
		try {
			purchase.accept(sku);
			return Outcome.SOLD;
		}
		catch (SoldOutException ex) {
			return Outcome.SOLD_OUT;
		}
		catch (LockNotAcquiredException ex) {
			return Outcome.GAVE_UP;
		}
	}

	private static Outcome get(Future<Outcome> outcome) throws InterruptedException {
		try {
			return outcome.get();
		}
		catch (CancellationException ex) {
			return Outcome.GAVE_UP;
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : new IllegalStateException(ex.getCause());
		}
	}

	/**
	 * What became of a buyer.
	 */
	private enum Outcome {

		SOLD, SOLD_OUT, GAVE_UP

	}

}
