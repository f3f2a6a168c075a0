package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final NewOrder FIRST = new NewOrder("order-1", "tea", 1);
  private static final NewOrder SECOND = new NewOrder("order-2", "tea", 1);

  private final Ledger ledger = new Ledger();

  @Test
  void isExact_whenEveryOrderIsThereOnceAndWasConfirmed() {
    ask(FIRST, placed(row(7, FIRST)));
    ask(SECOND, placed(row(8, SECOND)));

    Ledger.Audit audit = ledger.audit(List.of(row(7, FIRST), row(8, SECOND)));

    assertThat(audit).isEqualTo(new Ledger.Audit(2, 2, 0, 0, 0, 0, 0));
    assertThat(audit.isExact()).isTrue();
  }

  @Test
  void countsEveryRowBeyondTheFirstAsDuplicate() {
    ask(FIRST, placed(row(9, FIRST)));

    Ledger.Audit audit = ledger.audit(List.of(row(7, FIRST), row(8, FIRST), row(9, FIRST)));

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 1, 2, 0, 0, 0, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void countsAnOrderWithoutRowAsLost_whenTheCallerWasToldSo() {
    ask(FIRST, gaveUp(Answer.Told.FAILED));

    Ledger.Audit audit = ledger.audit(List.of());

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 0, 0, 1, 0, 0, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void countsAConfirmedOrderWithoutRowAsLostAndAsUntrue() {
    ask(FIRST, placed(row(7, FIRST)));

    Ledger.Audit audit = ledger.audit(List.of());

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 0, 0, 1, 1, 0, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void countsAConfirmationOfAnotherRowAsUntrue() {
    ask(FIRST, placed(row(7, FIRST)));

    Ledger.Audit audit = ledger.audit(List.of(row(8, FIRST)));

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 1, 0, 0, 1, 0, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void countsAFailureThatIsNoneAsUntrue() {
    ask(FIRST, gaveUp(Answer.Told.FAILED));

    Ledger.Audit audit = ledger.audit(List.of(row(7, FIRST)));

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 1, 0, 0, 0, 1, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void reportsWhatIsLeftUnknown_whetherPlacedOrNot() {
    ask(FIRST, gaveUp(Answer.Told.UNKNOWN));
    ledger.asked(SECOND);

    Ledger.Audit audit = ledger.audit(List.of(row(7, FIRST)));

    assertThat(audit).isEqualTo(new Ledger.Audit(2, 1, 0, 1, 0, 0, 2));
  }

  @Test
  void countsARowThatNobodyAskedForAsDuplicate() {
    ask(FIRST, placed(row(7, FIRST)));

    Ledger.Audit audit = ledger.audit(List.of(row(7, FIRST), row(8, SECOND)));

    assertThat(audit).isEqualTo(new Ledger.Audit(1, 1, 1, 0, 0, 0, 0));
    assertThat(audit.isExact()).isFalse();
  }

  @Test
  void refusesToLoseTrackOfAnOrder() {
    ledger.asked(FIRST);

    assertThatThrownBy(() -> ledger.asked(FIRST)).hasMessage("order-1 was asked for already");
    assertThatThrownBy(() -> ledger.told(SECOND, gaveUp(Answer.Told.FAILED)))
        .hasMessage("order-2 was never asked for");
  }

  private void ask(NewOrder order, Answer answer) {
    ledger.asked(order);
    ledger.told(order, answer);
  }

  private static Answer placed(Order order) {
    return Answer.placed(order, 1);
  }

  private static Answer gaveUp(Answer.Told told) {
    return Answer.without(told, 3);
  }

  private static Order row(long id, NewOrder order) {
    return new Order(id, order.reference(), order.sku(), order.quantity());
  }
}
