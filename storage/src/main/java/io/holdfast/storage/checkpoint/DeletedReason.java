package io.holdfast.storage.checkpoint;

/** Why retention removes a checkpoint. */
public enum DeletedReason {
  /** Newer or better ones have taken its place, and nothing else keeps it. */
  SUPERSEDED("superseded"),
  /** Its time to live is over. */
  EXPIRED("its time to live is over"),
  /** The policy would keep it, but the disk budget has no room for it. */
  NO_ROOM("the disk budget has no room for it");

  private final String text;

  DeletedReason(String text) {
    this.text = text;
  }

  /** As operators read it. */
  public String text() {
    return text;
  }
}
