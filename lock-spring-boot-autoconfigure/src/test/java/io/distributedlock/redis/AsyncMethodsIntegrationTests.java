package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.distributedlock.DistributedLock;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.autoconfigure.DistributedLockAutoConfiguration;
import io.distributedlock.testsupport.Oracle;
import io.distributedlock.testsupport.RedisServerProcess;
import io.distributedlock.testsupport.RedisServerTest;
import io.distributedlock.testsupport.SharedRedis;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Asynchronous methods of two instances of an application on one Redis.
 */
@RedisServerTest
@Timeout(60)
class AsyncMethodsIntegrationTests {

	@SharedRedis
	private RedisServerProcess redis;

	private final ExecutorService callers = Executors.newCachedThreadPool();

	private ConfigurableApplicationContext here;

	private ConfigurableApplicationContext there;

	@BeforeEach
	void start() {
		this.here = startInstance();
		this.there = startInstance();
	}

	@AfterEach
	void stop() {
		this.here.close();
		this.there.close();
		this.callers.shutdownNow();
	}

	private ConfigurableApplicationContext startInstance() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.host=" + this.redis.host(), "spring.data.redis.port=" + this.redis.port(),
					"spring.main.banner-mode=off")
			.run();
	}

	@Test
	void subscriptionsOfTwoInstancesExcludeEachOtherAndBlockNoThread() {
		Scheduler single = Schedulers.newSingle("only");
		Oracle oracle = new Oracle();
		try {
			List<CompletableFuture<Long>> all = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				Orders orders = orders((i % 2 != 0) ? this.here : this.there);
				all.add(orders.pay("1", oracle, single).subscribeOn(single).toFuture());
			}
			AtomicInteger others = new AtomicInteger();
			Disposable other = Flux.interval(Duration.ofMillis(1), single)
				.subscribe((tick) -> others.incrementAndGet());
			assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
				.succeedsWithin(Duration.ofSeconds(30));
			other.dispose();
			assertThat(oracle.entries()).isEqualTo(50);
			assertThat(oracle.maxHolders()).isEqualTo(1);
			assertThat(others.get()).as("work done meanwhile by the thread of the subscribers").isGreaterThan(10);
			assertThat(this.redis.cli("EXISTS", "lock:{1}")).isEqualTo(0L);
		}
		finally {
			single.dispose();
		}
	}

	@Test
	void futuresOfTwoInstancesExcludeEachOther() throws Exception {
		int[] unprotected = new int[1];
		List<CompletableFuture<CompletableFuture<Integer>>> calls = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			Orders orders = orders((i % 2 != 0) ? this.here : this.there);
			calls.add(CompletableFuture.supplyAsync(() -> orders.increment(unprotected), this.callers));
		}
		for (CompletableFuture<CompletableFuture<Integer>> call : calls) {
			call.get(30, TimeUnit.SECONDS).get(30, TimeUnit.SECONDS);
		}
		assertThat(unprotected[0]).isEqualTo(50);
		assertThat(this.redis.cli("EXISTS", "lock:{counter}")).isEqualTo(0L);
	}

	@Test
	void cancellingAtAnyMomentLeavesNothingInRedis() {
		LockLease held = this.there.getBean(LockOperations.class).acquire(LockSpec.of("1"));
		Orders orders = orders(this.here);
		for (int i = 0; i < 200; i++) {
			Disposable subscription = orders.pay("1", new Oracle(), Schedulers.parallel()).subscribe();
			for (int spin = 0; spin < i * 50; spin++) {
				Thread.onSpinWait();
			}
			subscription.dispose();
			if (i == 100) {
				held.close();
			}
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(this.redis.cli("EXISTS", "lock:{1}", "lock:{1}:queue")).isEqualTo(0L));
	}

	private static Orders orders(ConfigurableApplicationContext context) {
		return context.getBean(Orders.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, DistributedLockAutoConfiguration.class })
	static class Application {

		@Bean
		static Orders orders() {
			return new Orders();
		}

	}

	static class Orders {

		@DistributedLock(key = "#orderId", waitTime = "30s")
		Mono<Long> pay(String orderId, Oracle oracle, Scheduler scheduler) {
			return Mono.defer(() -> {
				oracle.enter();
				return Mono.delay(Duration.ofMillis(2), scheduler);
			}).doOnTerminate(oracle::exit);
		}

		@DistributedLock(name = "counter", waitTime = "30s")
		CompletableFuture<Integer> increment(int[] unprotected) {
			int read = unprotected[0];
			return CompletableFuture.supplyAsync(() -> {
				Thread.yield();
				unprotected[0] = read + 1;
				return read;
			});
		}

	}

}
