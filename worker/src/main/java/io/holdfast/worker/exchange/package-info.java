/**
 * Slices on their way between the members of a round: gradients to their owners, new values to all.
 * Netty lives here and nowhere else. Each member opens one connection to each other one and only
 * speaks on it; what it hears comes on theirs.
 *
 * <p>Nothing is buffered: bytes go from the memory they were computed in to the socket, and from
 * the socket to where they are used. Bytes that come before a step wants them stay in the socket,
 * which holds up their sender alone. What does not belong to the round is refused before a byte of
 * it is stored.
 */
package io.holdfast.worker.exchange;
