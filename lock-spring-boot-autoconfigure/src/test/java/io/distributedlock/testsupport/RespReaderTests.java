package io.distributedlock.testsupport;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RespReader} and {@link RespMessage}.
 */
class RespReaderTests {

	static List<Arguments> messages() {
		return List.of(Arguments.of("+OK\r\n", "OK"), Arguments.of(":-7\r\n", -7L), Arguments.of("$-1\r\n", null),
				Arguments.of("$0\r\n\r\n", ""), Arguments.of("$5\r\na\r\nbc\r\n", "a\r\nbc"),
				Arguments.of("$2\r\n\u00e9\r\n", "\u00e9"), Arguments.of("*-1\r\n", null),
				Arguments.of("*2\r\n:1\r\n*1\r\n$-1\r\n", List.of(1L, Arrays.asList((Object) null))),
				Arguments.of("_\r\n", null), Arguments.of("#t\r\n", 1L), Arguments.of(",1.5\r\n", "1.5"),
				Arguments.of("=5\r\ntxt:a\r\n", "txt:a"), Arguments.of("~1\r\n+a\r\n", List.of("a")),
				Arguments.of("%1\r\n+k\r\n:1\r\n", List.of("k", 1L)),
				Arguments.of("|1\r\n+ttl\r\n:9\r\n+value\r\n", "value"),
				Arguments.of("PING  hello\r\n", List.of("PING", "hello")));
	}

	@ParameterizedTest
	@MethodSource("messages")
	void decodesMessage(String bytes, @Nullable Object value) throws IOException {
		RespMessage message = reader(bytes).read();
		assertThat(message.value()).isEqualTo(value);
		assertThat(new String(message.raw(), StandardCharsets.UTF_8)).isEqualTo(bytes);
	}

	@Test
	void separatesMessages() throws IOException {
		RespReader reader = reader("*2\r\n$3\r\nGET\r\n$1\r\na\r\n>1\r\n+x\r\n:1\r\n");
		assertThat(reader.read().text()).isEqualTo("GET a");
		assertThat(reader.read().isPush()).isTrue();
		assertThat(reader.read().isPush()).isFalse();
		assertThatExceptionOfType(EOFException.class).isThrownBy(reader::read);
	}

	@Test
	void decodesErrors() throws IOException {
		RespReader reader = reader("-ERR no\r\n!5\r\nERR x\r\n");
		assertThat(reader.read().value()).isInstanceOfSatisfying(RespException.class,
				(ex) -> assertThat(ex).hasMessage("ERR no"));
		assertThat(reader.read().value()).isInstanceOfSatisfying(RespException.class,
				(ex) -> assertThat(ex).hasMessage("ERR x"));
	}

	@Test
	void reportsTruncatedMessage() {
		assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reader("$5\r\nab").read());
	}

	private static RespReader reader(String bytes) {
		return new RespReader(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)));
	}

}
