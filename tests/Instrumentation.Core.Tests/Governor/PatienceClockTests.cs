using Instrumentation.Governor;

namespace Instrumentation.Core.Tests.Governor;

/// <summary>How long a probe waits before it is restored.</summary>
public sealed class PatienceClockTests
{
    private readonly PatienceClock _clock = new();
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Reduced_ForTheFirstTime_WaitsTwoSeconds_FiveWhenItIsOff()
    {
        _clock.Reduced(_now, off: false);
        Assert.Equal(2, Wait());
        _now += TimeSpan.FromMinutes(1);
        _clock.Reduced(_now, off: true);
        Assert.Equal(5, Wait());
    }

    [Fact]
    public void Reduced_SoonAfterItWasRestored_WaitsTwiceAsLongEachTime_FiveMinutesAtMost()
    {
        _clock.Reduced(_now, off: false);
        double last = Wait();
        for (int i = 0; i < 12; i++)
        {
            _now += TimeSpan.FromSeconds(last);
            _clock.Restored(_now);
            _now += TimeSpan.FromSeconds(1);
            _clock.Reduced(_now, off: false);
            Assert.Equal(Math.Min(300, last * 2), Wait());
            last = Wait();
        }

        Assert.Equal(300, last);
        _now += TimeSpan.FromSeconds(last);
        _clock.Restored(_now);
        _now += TimeSpan.FromSeconds(11);
        _clock.Reduced(_now, off: false);
        Assert.Equal(2, Wait());
    }

    [Fact]
    public void Failed_EachTrial_DoublesTheWait()
    {
        _clock.Reduced(_now, off: true);
        Assert.Equal(5, Wait());
        foreach (double wait in (double[])[10, 20, 40, 80, 160, 300, 300])
        {
            _clock.Failed(_now);
            Assert.Equal(wait, Wait());
        }
    }

    private double Wait()
    {
        double seconds = 0;
        while (!_clock.IsOver(_now + TimeSpan.FromSeconds(seconds)))
        {
            seconds++;
        }

        return seconds;
    }
}
