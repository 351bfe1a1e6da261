package io.distributedlock.redis;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;

/**
 * Makes the client resources for locks: the threads and settings of the application's,
 * except that the next attempt to reconnect is never far away. By default Lettuce waits
 * ever longer, up to 30 seconds, but locks must be there again soon after Redis is. The
 * attempts are also what makes Lettuce ask a Cluster who has taken over. And connections
 * that have gone silent are closed (see {@link SilenceHandler}).
 */
final class LockClientResources {

	private static final Duration MAX_RECONNECT_DELAY = Duration.ofMillis(500);

	private LockClientResources() {
	}

	/**
	 * Create client resources. To shut them down does not shut down those of the
	 * application.
	 * @param application those of the application, if it has configured any
	 */
	static ClientResources create(Optional<ClientResources> application) {
		return application.map(LockClientResources::sharing)
			.orElseGet(() -> ClientResources.builder()
				.reconnectDelay(limited(Delay.exponential()))
				.nettyCustomizer(new SilenceWatch(new NettyCustomizer() {
				})))
			.build();
	}

	private static ClientResources.Builder sharing(ClientResources application) {
		return ClientResources.builder()
			.addressResolverGroup(application.addressResolverGroup())
			// Who collects them publishes them already
			.commandLatencyPublisherOptions(DefaultEventPublisherOptions.disabled())
			.commandLatencyRecorder(application.commandLatencyRecorder())
			.eventBus(application.eventBus())
			.eventExecutorGroup(application.eventExecutorGroup())
			.eventLoopGroupProvider(application.eventLoopGroupProvider())
			.nettyCustomizer(new SilenceWatch(application.nettyCustomizer()))
			.reconnectDelay(() -> limited(application.reconnectDelay()))
			.socketAddressResolver(application.socketAddressResolver())
			.timer(application.timer())
			.tracing(application.tracing());
	}

	private static Delay limited(Delay delay) {
		return new Delay() {

			@Override
			public Duration createDelay(long attempt) {
				Duration wanted = delay.createDelay(attempt);
				return (wanted.compareTo(MAX_RECONNECT_DELAY) < 0) ? wanted : MAX_RECONNECT_DELAY;
			}

		};
	}

	/**
	 * Watches each connection, in addition to what the application does with them.
	 *
	 * @param application what that is
	 */
	private record SilenceWatch(NettyCustomizer application) implements NettyCustomizer {

		@Override
		public void afterBootstrapInitialized(Bootstrap bootstrap) {
			this.application.afterBootstrapInitialized(bootstrap);
		}

		@Override
		public void afterChannelInitialized(Channel channel) {
			this.application.afterChannelInitialized(channel);
			channel.pipeline().addFirst(new SilenceHandler());
		}

	}

}
