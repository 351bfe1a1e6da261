package io.distributedlock.sample.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

class RedisPortTests {

	@Test
	void knowsRedisByItsAnswer() throws IOException {
		try (FakeService redis = new FakeService("+PONG\r\n")) {
			assertThat(redis.port().hasRedis()).isTrue();
		}
	}

	@Test
	void findsNothingWhereNobodyListensAndIsNotTakenInByAConnectionToItself() throws IOException {
		FakeService service = new FakeService("");
		service.close();
		for (int i = 0; i < 20_000; i++) {
			assertThat(service.port().hasRedis()).as("try %d", i).isFalse();
		}
		assertThat(service.port().isRedisIn("/tmp")).isFalse();
	}

	@Test
	void saysThatAPasswordIsNeeded() throws IOException {
		try (FakeService redis = new FakeService("-NOAUTH Authentication required.\r\n")) {
			assertThatExceptionOfType(UnusableRedisException.class).isThrownBy(redis.port()::hasRedis)
				.withMessage("The Redis on %s asks for a password.", redis.port())
				.satisfies((ex) -> assertThat(ex.getAction()).contains("spring.data.redis.password"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 400 Bad Request\r\n\r\n", "ERROR\r\n", "" })
	void saysThatAnotherServiceHasThePort(String reply) throws IOException {
		try (FakeService service = new FakeService(reply)) {
			assertThatExceptionOfType(UnusableRedisException.class).isThrownBy(service.port()::hasRedis)
				.withMessage("What listens on %s does not answer PING like a Redis.", service.port())
				.satisfies((ex) -> assertThat(ex.getAction()).contains("spring.data.redis.host", "sample.redis.port"));
		}
	}

	@Test
	void doesNotWaitLongForAServiceThatIsSilent() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName(RedisPort.HOST))) {
			RedisPort port = new RedisPort(silent.getLocalPort());
			assertThatExceptionOfType(UnusableRedisException.class).isThrownBy(port::hasRedis)
				.withMessageContaining("does not answer PING");
		}
	}

	@Test
	void knowsRedisByItsDirectory() throws IOException {
		try (FakeService redis = new FakeService("*2\r\n$3\r\ndir\r\n$8\r\n/tmp/one\r\n")) {
			assertThat(redis.port().isRedisIn("/tmp/one")).isTrue();
			assertThat(redis.port().isRedisIn("/tmp/two")).isFalse();
		}
	}

	@Test
	void reportsARefusedShutdown() throws IOException {
		try (FakeService redis = new FakeService("-ERR Errors trying to SHUTDOWN. Check logs.\r\n")) {
			assertThatIOException().isThrownBy(redis.port()::shutDownRedis).withMessageContaining("Check logs");
		}
	}

}
