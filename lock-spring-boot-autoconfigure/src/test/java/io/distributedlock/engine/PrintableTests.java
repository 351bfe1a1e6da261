package io.distributedlock.engine;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.memory.MemoryLockStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableTests {

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\u0085", "\u2028", "\u2029", "\u001b", "\t", "\0" })
	void whatCouldPassForAnotherLineOrMoveTheCursorIsReplaced(String character) {
		assertThat(Printable.of("a" + character + "b")).isEqualTo("a?b");
	}

	@Test
	void whatCanBePrintedStays() {
		assertThat(Printable.of("order:{7} größe 数 'x' \\n")).isEqualTo("order:{7} größe 数 'x' \\n");
	}

	@Test
	void leaseIsDescribedOnOneLine() {
		LockTemplate locks = new LockTemplate(new MemoryLockStore(), LockSettings.defaults());
		locks.start();
		try (LockLease lease = locks.acquire(LockSpec.of("k\nWARN forged"))) {
			assertThat(lease).asString().contains("'k?WARN forged'").hasLineCount(1);
		}
		finally {
			locks.stop();
		}
	}

}
