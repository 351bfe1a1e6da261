package io.distributedlock.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Closes a connection on which nothing has been read for too long since something was
 * sent, so that Lettuce connects anew. The server may have vanished without a word (its
 * machine was switched off, a firewall has forgotten the connection): TCP alone notices
 * that after a quarter of an hour, and until then every command would wait in vain.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel closes it
final class SilenceHandler extends ChannelDuplexHandler {

	/**
	 * Longer than a Redis that works should ever keep its clients waiting.
	 */
	static final Duration LIMIT = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(SilenceHandler.class);

	private boolean waiting;

	private long waitingSince;

	private boolean watching;

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (!this.waiting) {
			this.waiting = true;
			this.waitingSince = now(context);
			// One timer for a connection, not one for each command
			if (!this.watching) {
				this.watching = true;
				checkLater(context, LIMIT.toNanos());
			}
		}
		context.write(message, promise);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.waiting = false;
		context.fireChannelRead(message);
	}

	private static long now(ChannelHandlerContext context) {
		return context.executor().ticker().nanoTime();
	}

	private void checkLater(ChannelHandlerContext context, long delay) {
		context.executor().schedule(() -> check(context), delay, TimeUnit.NANOSECONDS);
	}

	private void check(ChannelHandlerContext context) {
		if (!this.waiting || !context.channel().isActive()) {
			this.watching = false;
			return;
		}
		long silentFor = now(context) - this.waitingSince;
		if (silentFor < LIMIT.toNanos()) {
			checkLater(context, LIMIT.toNanos() - silentFor);
			return;
		}
		logger.warn("Redis at %s has given no answer for %d ms, connecting anew"
			.formatted(context.channel().remoteAddress(), TimeUnit.NANOSECONDS.toMillis(silentFor)));
		context.close();
	}

}
