package io.distributedlock.engine;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What to do when a lease is lost, for each of its holds.
 */
final class LossReactions {

	private static final Log logger = LogFactory.getLog(LossReactions.class);

	private final List<Reaction> reactions = new ArrayList<>(1);

	private boolean lost;

	/**
	 * Add a reaction.
	 * @return whether it will be run in case of a loss; false if that has happened
	 */
	synchronized boolean add(LeaseHandle hold, Runnable action) {
		return !this.lost && this.reactions.add(new Reaction(hold, action));
	}

	/**
	 * Drop the reactions of a hold that is over.
	 */
	synchronized void remove(LeaseHandle hold) {
		this.reactions.removeIf((reaction) -> reaction.hold() == hold);
	}

	/**
	 * Run the reactions, once. One that fails keeps none of the others from being run.
	 */
	void run() {
		List<Reaction> due;
		synchronized (this) {
			this.lost = true;
			due = List.copyOf(this.reactions);
			this.reactions.clear();
		}
		due.forEach(Reaction::run);
	}

	/**
	 * What to do for a hold.
	 *
	 * @param hold the hold
	 * @param action what to do, must not block
	 */
	private record Reaction(LeaseHandle hold, Runnable action) {

		private void run() {
			try {
				this.action.run();
			}
			catch (RuntimeException | Error ex) {
				logger.error("The reaction to the loss of %s failed".formatted(this.hold), ex);
			}
		}

	}

}
