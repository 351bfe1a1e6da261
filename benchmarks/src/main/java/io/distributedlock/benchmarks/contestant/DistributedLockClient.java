package io.distributedlock.benchmarks.contestant;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.ReleaseOutcome;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * This library, as an application gets it: a Spring Boot application with the starter and
 * a few properties.
 */
final class DistributedLockClient implements LockClient {

	/**
	 * Other libraries have no such limit, and this machine is meant to be overloaded.
	 */
	private static final String RESPONSE_TIMEOUT = "5s";

	private final ConfigurableApplicationContext application;

	private final LockOperations locks;

	private final UnaryOperator<LockSpec> customizer;

	DistributedLockClient(ClientSettings settings, String release, UnaryOperator<LockSpec> customizer) {
		this.application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.registerShutdownHook(false)
			.properties(properties(settings, release))
			.run();
		this.locks = this.application.getBean(LockOperations.class);
		this.customizer = customizer;
	}

	private static Map<String, Object> properties(ClientSettings settings, String release) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("spring.main.banner-mode", "off");
		properties.put("distributed-lock.ttl", settings.ttl().toString());
		properties.put("distributed-lock.wait-time", ClientSettings.WAIT_TIME.toString());
		properties.put("distributed-lock.release", release);
		properties.put("distributed-lock.response-timeout", RESPONSE_TIMEOUT);
		if (settings.isQuorum()) {
			properties.put("distributed-lock.redlock.nodes",
					settings.ports()
						.stream()
						.map((port) -> "redis://%s:%d".formatted(ClientSettings.HOST, port))
						.collect(Collectors.joining(",")));
			// They have just been started, and there is no time to sit that out
			properties.put("distributed-lock.redlock.nodes-persist-every-write", true);
		}
		else {
			properties.put("spring.data.redis.host", ClientSettings.HOST);
			properties.put("spring.data.redis.port", settings.port());
		}
		return properties;
	}

	@Override
	public Hold acquire(String key) {
		LockLease lease = this.locks.acquire(spec(key));
		return () -> release(lease);
	}

	@Override
	public @Nullable Hold tryAcquire(String key) {
		LockSpec spec = spec(key).withWaitTime(Duration.ZERO);
		LockLease lease = this.locks.tryAcquire(spec).orElse(null);
		return (lease != null) ? () -> release(lease) : null;
	}

	private static void release(LockLease lease) {
		if (lease.release() == ReleaseOutcome.LOST) {
			throw new IllegalStateException("%s was lost".formatted(lease.key()));
		}
	}

	private LockSpec spec(String key) {
		return this.customizer.apply(LockSpec.of(key));
	}

	@Override
	public void close() {
		this.application.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
