package io.distributedlock.benchmarks.interception;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Calls through a Spring proxy with different advice. Locks are kept in memory, so Redis
 * is not in it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class InterceptedCallBenchmark {

	private static final int IDS = 64;

	private final ConfigurableApplicationContext application;

	private final Orders orders;

	private final String[] ids = new String[IDS];

	private int next;

	/**
	 * Start the application.
	 */
	public InterceptedCallBenchmark() {
		this.application = new SpringApplicationBuilder(OrdersApplication.class).web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.properties("spring.main.banner-mode=off", "distributed-lock.store=memory",
					"logging.level.io.distributedlock=ERROR")
			.run();
		this.orders = this.application.getBean(Orders.class);
		for (int i = 0; i < IDS; i++) {
			this.ids[i] = "order-" + i;
		}
	}

	/**
	 * Stop the application.
	 */
	@TearDown
	public void stop() {
		this.application.close();
	}

	/**
	 * A call of a method without advice, by the same proxy as all others.
	 * @return the result
	 */
	@Benchmark
	public String proxy() {
		return this.orders.plain(id());
	}

	/**
	 * A call with {@code @Around} advice that does nothing.
	 * @return the result
	 */
	@Benchmark
	public String around() {
		return this.orders.around(id());
	}

	/**
	 * A call with {@code @Cacheable}, whose result is in the cache.
	 * @return the result
	 */
	@Benchmark
	public String cacheable() {
		return this.orders.cacheable(id());
	}

	/**
	 * A call with {@code @DistributedLock}.
	 * @return the result
	 */
	@Benchmark
	public String distributedLock() {
		return this.orders.locked(id());
	}

	private String id() {
		this.next = (this.next + 1) % IDS;
		return this.ids[this.next];
	}

}
