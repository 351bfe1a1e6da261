package io.distributedlock.sample.stock;

import java.util.IntSummaryStatistics;
import java.util.OptionalInt;

import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Repository;

/**
 * Keeps stock levels in Redis, as plain numbers that are read and written in separate
 * commands.
 */
@Repository
public class StockRepository {

	private static final String PREFIX = "stock:";

	private final StringRedisTemplate redis;

	StockRepository(StringRedisTemplate redis) {
		this.redis = redis;
	}

	OptionalInt find(String sku) {
		String quantity = this.redis.opsForValue().get(PREFIX + sku);
		return (quantity != null) ? OptionalInt.of(Integer.parseInt(quantity)) : OptionalInt.empty();
	}

	void save(String sku, int quantity) {
		this.redis.opsForValue().set(PREFIX + sku, Integer.toString(quantity));
	}

	/**
	 * Sum up all articles. A level that changes meanwhile may be counted old or new.
	 * @return the number of articles and the sum of their units
	 */
	public IntSummaryStatistics summarize() {
		ScanOptions all = ScanOptions.scanOptions().match(PREFIX + "*").count(100).build();
		try (Cursor<String> keys = this.redis.scan(all)) {
			return keys.stream()
				.distinct()
				.flatMapToInt((key) -> find(key.substring(PREFIX.length())).stream())
				.summaryStatistics();
		}
	}

}
