package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * What may happen between clients and a server. {@link FaultProxy#pass()} ends it.
 */
public enum NetworkFault {

	/**
	 * Nothing is delivered before the end.
	 */
	PARTITIONED {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.freeze();
		}

	},

	/**
	 * Replies are late.
	 */
	SLOW {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.delayReplies(DELAY);
		}

	},

	/**
	 * Requests are processed and never answered.
	 */
	LOSING_REPLIES {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.dropReplies();
		}

	},

	/**
	 * Requests do not arrive.
	 */
	LOSING_REQUESTS {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.dropRequests();
		}

	},

	/**
	 * All connections are closed, and new ones refused.
	 */
	CUT {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.refuse();
			proxy.reset();
		}

	},

	/**
	 * Connections that listen are closed.
	 */
	SUBSCRIPTIONS_CUT {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.reset(SUBSCRIBE);
		}

	},

	/**
	 * Published messages get lost.
	 */
	SUBSCRIPTIONS_SILENT {

		@Override
		public void inject(FaultProxy proxy) {
			proxy.silence(SUBSCRIBE);
		}

	};

	private static final Duration DELAY = Duration.ofMillis(300);

	private static final Predicate<String> SUBSCRIBE = (request) -> request.regionMatches(true, 0, "SUBSCRIBE", 0, 9);

	/**
	 * Begin the fault.
	 * @param proxy a proxy that passes everything on
	 */
	public abstract void inject(FaultProxy proxy);

}
