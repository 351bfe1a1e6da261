/**
 * What all controllers have in common.
 */
@NullMarked
package io.distributedlock.sample.web;

import org.jspecify.annotations.NullMarked;
