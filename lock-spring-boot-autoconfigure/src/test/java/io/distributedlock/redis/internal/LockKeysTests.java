package io.distributedlock.redis.internal;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LockKeysTests {

	private final LockKeys keys = new LockKeys("lock:");

	@ParameterizedTest
	@CsvSource({ "42, lock:{42}", "orders::42, lock:{orders::42}", "a/b@c.d#e, lock:{a/b@c.d#e}",
			"Größe-鍵-🔒, lock:{Größe-鍵-🔒}", "'a b', lock:{a%20b}", "{x}, lock:{%7Bx%7D}", "50%, lock:{50%25}",
			"'\t', lock:{%09}", "'\u00A0', lock:{%C2%A0}", "'\u2028', lock:{%E2%80%A8}", "'\uDD12', lock:{%uDD12}" })
	void keyStaysReadable(String key, String expected) {
		assertThat(text(this.keys.lock(key))).isEqualTo(expected);
		assertThat(List.of(this.keys.all(key))).extracting(LockKeysTests::text)
			.containsExactly(expected, expected + ":fence", expected + ":queue");
	}

	@ParameterizedTest
	@ValueSource(strings = { "42", "orders::42", "a/b@c.d#e", "Größe-鍵-🔒", "a b", "{x}", "50%", "%7B", "%uDD12", "\t",
			"\u00A0\u2028", "\uDD12", "a\uD83D{b}", "%sha256:", ":fence" })
	void keyIsReadBackAsItWasWritten(String key) {
		assertThat(this.keys.key(this.keys.lock(key))).isEqualTo(key);
	}

	@Test
	void onlyKeysOfLocksAreRead() {
		assertThat(this.keys.key(this.keys.all("k")[1])).isNull();
		assertThat(this.keys.key(this.keys.all("k")[2])).isNull();
		assertThat(this.keys.key("other:{k}".getBytes(StandardCharsets.UTF_8))).isNull();
		assertThat(this.keys.key("lock:grants:x".getBytes(StandardCharsets.UTF_8))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "50%", "%", "%x", "%u12", "%zz", "%uwxyz" })
	void keyThatAnotherProgramHasWrittenDifferentlyIsReadAsItIs(String key) {
		assertThat(this.keys.key(("lock:{" + key + "}").getBytes(StandardCharsets.UTF_8))).isEqualTo(key);
	}

	@Test
	void longKeyIsReadAsItStandsInRedis() {
		byte[] lock = this.keys.lock("x y".repeat(500));
		assertThat("lock:{" + this.keys.key(lock) + "}").isEqualTo(text(lock));
	}

	@Test
	void patternMatchesLocksOnlyAndNotWhatItsPrefixWouldMatch() {
		assertThat(this.keys.pattern()).isEqualTo("lock:{*}");
		assertThat(new LockKeys("a*b?[c]\\:").pattern()).isEqualTo("a\\*b\\?\\[c\\]\\\\:{*}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "42", "}", "{}", "a{b", "🔒", " " })
	void allKeysOfALockAreInOneClusterSlot(String key) {
		assertThat(List.of(this.keys.all(key))).extracting(SlotHash::getSlot)
			.containsOnly(SlotHash.getSlot(this.keys.lock(key)));
	}

	@Test
	void locksAreSpreadOverTheSlots() {
		assertThat(SlotHash.getSlot(this.keys.lock("a"))).isNotEqualTo(SlotHash.getSlot(this.keys.lock("b")));
	}

	@Test
	void longKeyIsCutAndEndsInItsHash() {
		assertThat(text(this.keys.lock("x".repeat(512)))).isEqualTo("lock:{" + "x".repeat(512) + "}");
		assertThat(text(this.keys.lock("x".repeat(513)))).matches("lock:\\{x{128}%sha256:[0-9a-f]{64}}");
		assertThat(text(this.keys.lock("🔒".repeat(512)))).matches("lock:\\{(🔒){64}%sha256:[0-9a-f]{64}}");
		assertThat(text(this.keys.lock("x" + "🔒".repeat(512)))).matches("lock:\\{x(🔒){63}%sha256:[0-9a-f]{64}}");
		assertThat(this.keys.lock("x".repeat(600) + "a")).isNotEqualTo(this.keys.lock("x".repeat(600) + "b"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a{b", "a}b", "a b", "a\n" })
	void prefixThatWouldMoveTheHashTagIsRefused(String prefix) {
		assertThat(LockKeys.isValidPrefix(prefix)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> new LockKeys(prefix)).withMessageContaining("'prefix'");
	}

	private static String text(byte[] key) {
		return new String(key, StandardCharsets.UTF_8);
	}

}
