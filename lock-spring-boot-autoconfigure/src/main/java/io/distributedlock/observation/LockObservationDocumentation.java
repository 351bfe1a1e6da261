package io.distributedlock.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of locks: one for each attempt to acquire a lock, and one for the time
 * for which it is held.
 *
 * @since 1.0
 */
public enum LockObservationDocumentation implements ObservationDocumentation {

	/**
	 * An attempt to acquire a lock, from the call to its end.
	 */
	ACQUIRE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultLockAcquireObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinalityKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

		@Override
		public Observation.Event[] getEvents() {
			return Events.values();
		}

	},

	/**
	 * The time for which a lock is held, from its acquisition to its release or loss. It
	 * is never in scope: what happens under the lock is not a part of it.
	 */
	HOLD {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultLockHoldObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinalityKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

	};

	/**
	 * Low cardinality keys.
	 */
	public enum LowCardinalityKeyNames implements KeyName {

		/**
		 * Name of the lock site, or {@code other} if there are very many.
		 */
		NAME {

			@Override
			public String asString() {
				return "name";
			}

		},

		/**
		 * How the attempt or the hold has ended: see
		 * {@link LockAcquireObservationContext.Outcome} and
		 * {@link LockHoldObservationContext.Outcome}.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		},

		/**
		 * Kind of the store: {@code redis}, {@code redlock} or {@code memory}.
		 */
		MODE {

			@Override
			public String asString() {
				return "mode";
			}

		}

	}

	/**
	 * High cardinality keys.
	 */
	public enum HighCardinalityKeyNames implements KeyName {

		/**
		 * Key of the lock.
		 */
		KEY {

			@Override
			public String asString() {
				return "lock.key";
			}

		},

		/**
		 * Fencing token of the lock, if it was acquired.
		 */
		FENCING_TOKEN {

			@Override
			public String asString() {
				return "lock.fencing.token";
			}

		},

		/**
		 * Who held the lock when it was not acquired, {@code application@host/pid}.
		 */
		HOLDER {

			@Override
			public String asString() {
				return "lock.holder";
			}

		}

	}

	/**
	 * Events of {@link #ACQUIRE}.
	 */
	public enum Events implements Observation.Event {

		/**
		 * The lock was found held by somebody else.
		 */
		CONTENDED {

			@Override
			public String getName() {
				return "contended";
			}

		}

	}

}
