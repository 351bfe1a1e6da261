package io.distributedlock;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LockReflectiveProcessor}.
 */
class LockReflectiveProcessorTests {

	@Test
	void fallbackMethodsCanBeInvoked() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Orders.class, Meta.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Orders.class.getDeclaredMethod("payLater", String.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Shop.class.getDeclaredMethod("shipLater", String.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Orders.class.getDeclaredMethod("pay", String.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Orders.class.getDeclaredMethod("other", String.class))).rejects(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Meta.class.getDeclaredMethod("runLater")))
			.accepts(hints);
	}

	static class Shop {

		void shipLater(String id) {
		}

	}

	static class Orders extends Shop {

		@DistributedLock(key = "#id", onContention = OnContention.FALLBACK, fallback = "payLater")
		void pay(String id) {
		}

		@DistributedLock(key = "#id")
		@DistributedLock(name = "ship", onContention = OnContention.FALLBACK, fallback = "shipLater")
		void ship(String id) {
		}

		void payLater(String id) {
		}

		void other(String id) {
		}

	}

	@DistributedLock(name = "meta", onContention = OnContention.FALLBACK, fallback = "runLater")
	static class Meta {

		void run() {
		}

		void runLater() {
		}

	}

}
