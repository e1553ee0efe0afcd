package io.holdfast.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.job.Initializer;
import io.holdfast.storage.bundle.DataType;
import io.holdfast.storage.bundle.TensorShape;
import io.holdfast.storage.bundle.TensorSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class PlacementTest {

  @Property(tries = 300)
  void everySliceHasOneOwnerAndLoadsAreEven(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 5000) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 9) int count) {
    List<SliceGroup> groups = groups(sizes);

    Placement placement = Placement.of(groups, members(count), Optional.empty());

    assertThat(placement.owners()).hasSize(groups.size());
    List<Integer> owned = new ArrayList<>();
    members(count).forEach(member -> owned.addAll(placement.ownedBy(member)));
    assertThat(owned)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, groups.size()).boxed().toList());
    assertEven(placement, groups);
    assertThat(Placement.of(groups, members(count), Optional.empty())).isEqualTo(placement);
    assertThat(Placement.of(groups, members(count), Optional.of(placement))).isEqualTo(placement);
  }

  @Property(tries = 300)
  void aMemberThatLeavesMovesOnlyWhatItOwned(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 5000) Integer> sizes,
      @ForAll @IntRange(min = 2, max = 9) int count,
      @ForAll @IntRange(min = 0, max = 8) int leaving) {
    List<SliceGroup> groups = groups(sizes);
    Placement before = Placement.of(groups, members(count), Optional.empty());
    List<String> rest = new ArrayList<>(members(count));
    String gone = rest.remove(leaving % count);

    Placement after = Placement.of(groups, rest, Optional.of(before));

    assertThat(after.movedSince(before)).isEqualTo(before.ownedBy(gone));
    assertEven(after, groups);
  }

  @Property(tries = 300)
  void aMemberThatJoinsOnlyReceivesAndAtMostItsShare(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 5000) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 8) int count) {
    List<SliceGroup> groups = groups(sizes);
    Placement before = Placement.of(groups, members(count), Optional.empty());

    Placement after = Placement.of(groups, members(count + 1), Optional.of(before));

    String joined = members(count + 1).get(count);
    assertThat(after.movedSince(before)).isEqualTo(after.ownedBy(joined));
    assertThat(load(after, groups, joined))
        .isLessThanOrEqualTo(total(groups) / (count + 1) + largest(groups));
    assertEven(after, groups);
  }

  @Property(tries = 100)
  void stormsOfChangesStayEven(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 5000) Integer> sizes,
      @ForAll @Size(max = 12) List<@IntRange(min = 1, max = 9) Integer> counts) {
    List<SliceGroup> groups = groups(sizes);
    Optional<Placement> placement = Optional.empty();
    for (int count : counts) {
      placement = Optional.of(Placement.of(groups, members(count), placement));
      assertEven(placement.get(), groups);
    }
  }

  private static void assertEven(Placement placement, List<SliceGroup> groups) {
    long most =
        placement.members().stream().mapToLong(m -> load(placement, groups, m)).max().orElse(0);
    long least =
        placement.members().stream().mapToLong(m -> load(placement, groups, m)).min().orElse(0);
    assertThat(most - least).isLessThanOrEqualTo(largest(groups));
  }

  private static long load(Placement placement, List<SliceGroup> groups, String member) {
    return placement.ownedBy(member).stream().mapToLong(group -> groups.get(group).bytes()).sum();
  }

  private static long total(List<SliceGroup> groups) {
    return groups.stream().mapToLong(SliceGroup::bytes).sum();
  }

  private static long largest(List<SliceGroup> groups) {
    return groups.stream().mapToLong(SliceGroup::bytes).max().orElse(0);
  }

  private static List<String> members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "worker-" + i).toList();
  }

  private static List<SliceGroup> groups(List<Integer> sizes) {
    List<SliceGroup> groups = new ArrayList<>();
    for (int size : sizes) {
      Variable variable =
          new Variable(
              "v" + groups.size(),
              "key" + groups.size(),
              DataType.FLOAT,
              TensorShape.of(size),
              new Variable.Weight("layer", "kernel", Initializer.ZEROS, true));
      Slice slice = new Slice(variable, TensorSlice.full(1), 0, size);
      groups.add(new SliceGroup(groups.size(), slice, List.of()));
    }
    return groups;
  }
}
