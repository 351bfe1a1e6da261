package io.distributedlock.benchmarks.interception;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InterceptedCallBenchmark}.
 */
class InterceptedCallBenchmarkTests {

	@Test
	void callsAllMethods() {
		InterceptedCallBenchmark benchmark = new InterceptedCallBenchmark();
		try {
			assertThat(benchmark.proxy()).isEqualTo("order-1");
			assertThat(benchmark.around()).isEqualTo("order-2");
			assertThat(benchmark.cacheable()).isEqualTo("order-3");
			assertThat(benchmark.distributedLock()).isEqualTo("order-4");
		}
		finally {
			benchmark.stop();
		}
	}

	@Test
	void isKnownToJmh() throws Exception {
		try (InputStream list = getClass().getResourceAsStream("/META-INF/BenchmarkList")) {
			assertThat(list).isNotNull();
			assertThat(new String(list.readAllBytes(), StandardCharsets.UTF_8))
				.contains(InterceptedCallBenchmark.class.getName());
		}
	}

}
