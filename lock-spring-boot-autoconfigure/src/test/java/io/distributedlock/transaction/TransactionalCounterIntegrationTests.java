package io.distributedlock.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.distributedlock.DistributedLock;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that changes of a row by way of the application are safe with
 * {@code @DistributedLock} and {@code @Transactional} on one method, without any
 * configuration.
 */
@RedisServerTest
@Timeout(60)
class TransactionalCounterIntegrationTests {

	private static final int THREADS = 50;

	private static final int CALLS = 100;

	@SharedRedis
	private RedisServerProcess redis;

	@Test
	void noUpdateIsLost() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class,
							DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
							JdbcTemplateAutoConfiguration.class, TransactionAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.host=" + this.redis.host(),
					"spring.data.redis.port=" + this.redis.port(), "distributed-lock.wait-time=60s")
			.withBean(Counter.class)
			.run((context) -> {
				Counter counter = context.getBean(Counter.class);
				counter.create();
				count(counter);
				assertThat(counter.value()).isEqualTo(THREADS * CALLS);
			});
	}

	private static void count(Counter counter) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				all.add(threads.submit(() -> {
					for (int j = 0; j < CALLS; j++) {
						counter.increment(1);
					}
				}));
			}
			for (Future<?> each : all) {
				each.get(50, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	static class Counter {

		private final JdbcTemplate database;

		Counter(JdbcTemplate database) {
			this.database = database;
		}

		void create() {
			this.database.execute("create table counter (id int primary key, amount int)");
			this.database.update("insert into counter values (1, 0)");
		}

		int value() {
			return read(1);
		}

		@DistributedLock(name = "counter", key = "#id")
		@Transactional
		void increment(int id) {
			this.database.update("update counter set amount = ? where id = ?", read(id) + 1, id);
		}

		private int read(int id) {
			Integer amount = this.database.queryForObject("select amount from counter where id = ?", Integer.class, id);
			assertThat(amount).isNotNull();
			return amount;
		}

	}

}
