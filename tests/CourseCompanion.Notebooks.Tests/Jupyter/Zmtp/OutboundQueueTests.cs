using CourseCompanion.Notebooks.Jupyter.Zmtp;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Zmtp;

public class OutboundQueueTests
{
    private static readonly ZmtpLimits Impatient =
        new() { OutboundMessages = 4, OutboundBytes = 100, SendPatience = TimeSpan.Zero };

    [Fact]
    public void Messages_come_out_in_order()
    {
        var queue = new OutboundQueue(Impatient);
        queue.Enqueue([1]);
        queue.Enqueue([2]);
        Assert.True(queue.TryTake(out var first));
        Assert.True(queue.TryTake(out var second));
        Assert.Equal([1, 2], new[] { first![0], second![0] });
        Assert.False(queue.TryTakeNow(out _));
    }

    [Fact]
    public void A_full_queue_drops_until_half_of_it_is_free()
    {
        var queue = new OutboundQueue(Impatient with { SendPatience = TimeSpan.FromMilliseconds(1) });
        for (byte i = 0; i < 4; i++)
        {
            Assert.True(queue.Enqueue([i]));
        }

        Assert.False(queue.Enqueue([4]));
        Assert.True(queue.TryTake(out _));
        Assert.True(queue.Enqueue([5]));
        Assert.Equal(1, queue.Dropped);
    }

    [Fact]
    public void Bytes_are_bounded_but_one_long_message_passes()
    {
        var queue = new OutboundQueue(Impatient);
        Assert.True(queue.Enqueue(new byte[1000]));
        Assert.False(queue.Enqueue(new byte[1]));
        queue.TryTake(out _);
        Assert.True(queue.Enqueue(new byte[60]));
        Assert.False(queue.Enqueue(new byte[60]));
    }

    [Fact]
    public void A_hurried_sender_does_not_wait()
    {
        var queue = new OutboundQueue(Impatient with { SendPatience = TimeSpan.FromDays(1) });
        queue.Enqueue(new byte[100]);
        Assert.False(queue.Enqueue([1], new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_waiting_sender_is_woken_by_hurry_by_room_and_by_the_end()
    {
        foreach (var wake in new Action<OutboundQueue, CancellationTokenSource>[]
            { (_, hurry) => hurry.Cancel(), (queue, _) => queue.TryTake(out byte[]? _), (queue, _) => queue.Close() })
        {
            var queue = new OutboundQueue(Impatient with { SendPatience = TimeSpan.FromDays(1) });
            using var hurry = new CancellationTokenSource();
            queue.Enqueue(new byte[100]);
            var sender = Task.Run(() => queue.Enqueue([1], hurry.Token));
            wake(queue, hurry);
            await sender.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void A_closed_queue_gives_what_it_has_and_takes_nothing()
    {
        var queue = new OutboundQueue(Impatient);
        queue.Enqueue([1]);
        queue.Close();
        Assert.False(queue.Enqueue([2]));
        Assert.True(queue.TryTake(out _));
        Assert.False(queue.TryTake(out _));
    }
}
