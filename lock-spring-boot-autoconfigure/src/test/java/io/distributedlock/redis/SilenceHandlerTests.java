package io.distributedlock.redis;

import java.util.concurrent.TimeUnit;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceHandlerTests {

	private static final long LIMIT = SilenceHandler.LIMIT.toMillis();

	private final MockTicker ticker = Ticker.newMockTicker();

	private final EmbeddedChannel channel = EmbeddedChannel.builder()
		.ticker(this.ticker)
		.handlers(new SilenceHandler())
		.build();

	@Test
	void closesAChannelOnWhichNothingWasReadSinceSomethingWasSent() {
		this.channel.writeOutbound("question");
		pass(LIMIT - 1);
		assertThat(this.channel.isOpen()).isTrue();
		pass(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void closesAChannelThatGoesSilentAfterManyAnswers() {
		for (int i = 0; i < 100; i++) {
			this.channel.writeOutbound("question");
			pass(LIMIT - 1);
			this.channel.writeInbound("answer");
		}
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeOutbound("question");
		pass(LIMIT - 1);
		this.channel.writeOutbound("question");
		pass(1);
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void leavesAChannelAloneOnWhichNothingIsAsked() {
		this.channel.writeOutbound("question");
		this.channel.writeInbound("answer");
		pass(100 * LIMIT);
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.writeInbound("message");
		pass(100 * LIMIT);
		assertThat(this.channel.isOpen()).isTrue();
	}

	@Test
	void needsOneTimerWhateverIsSent() {
		for (int i = 0; i < 100; i++) {
			this.channel.writeOutbound("question");
			this.channel.writeInbound("answer");
		}
		pass(LIMIT);
		assertThat(this.channel.runScheduledPendingTasks()).as("nanoseconds until the next timer").isEqualTo(-1);
	}

	private void pass(long millis) {
		this.ticker.advance(millis, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
	}

}
