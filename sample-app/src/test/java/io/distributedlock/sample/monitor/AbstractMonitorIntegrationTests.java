package io.distributedlock.sample.monitor;

import io.distributedlock.LockOperations;
import io.distributedlock.sample.SampleInstance;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * An instance of the sample in this JVM, with a Redis that it starts by itself.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = { "sample.refresh-time=100ms",
		"sample.thinking-time=10ms", "sample.stocktaking-time=1m", "distributed-lock.response-timeout=1s" })
abstract class AbstractMonitorIntegrationTests {

	private static final int REDIS_PORT = SampleInstance.findFreePort();

	@Autowired
	protected LockMonitor monitor;

	@Autowired
	protected LockOperations locks;

	@Autowired
	protected StringRedisTemplate redis;

	@LocalServerPort
	private int port;

	@DynamicPropertySource
	static void redisPort(DynamicPropertyRegistry registry) {
		registry.add("sample.redis.port", () -> REDIS_PORT);
	}

	protected final String url() {
		return "http://127.0.0.1:" + this.port;
	}

}
