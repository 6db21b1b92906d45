using System.Diagnostics.Metrics;
using EmrSim.Contracts;
using EmrSim.Server.Operations;

namespace EmrSim.Server.Status;

/// <summary>The last quarter of an hour of this instance in samples of some seconds.</summary>
public sealed class StatusHistory(RequestStatistics requests, TimeProvider clock) : BackgroundService
{
    private const int Kept = 180;
    private const double P95 = 0.95;
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Queue<StatusSample> _samples = new(Kept);
    private readonly Mean _store = new();
    private readonly Mean _lag = new();
    private long _told;

    public IReadOnlyList<StatusSample> Samples
    {
        get
        {
            lock (_lock) return [.. _samples];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listener = Listen();
        using var timer = new PeriodicTimer(s_between, clock);
        var (before, failed) = (requests.Total, requests.Errors);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var (total, errors) = (requests.Total, requests.Errors);
                Keep(Sample((total - before) / s_between.TotalSeconds, errors - failed));
                (before, failed) = (total, errors);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "transcript.broadcasted" or "session_store.operation.duration" or "live.lag") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _told, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => (instrument.Name == "live.lag" ? _lag : _store).Add(value));
        listener.Start();
        return listener;
    }

    private StatusSample Sample(double perSecond, long errors) => new(
        clock.GetUtcNow().ToUnixTimeMilliseconds(),
        perSecond,
        errors,
        RequestStatistics.Quantile(requests.SortedTimes(), P95),
        Interlocked.Exchange(ref _told, 0) / s_between.TotalSeconds,
        _store.TakeMilliseconds(),
        _lag.TakeMilliseconds(),
        GC.GetTotalMemory(forceFullCollection: false) / 1024.0 / 1024.0);

    private void Keep(StatusSample sample)
    {
        lock (_lock)
        {
            if (_samples.Count == Kept) _samples.Dequeue();
            _samples.Enqueue(sample);
        }
    }

    private sealed class Mean
    {
        private readonly Lock _lock = new();
        private double _sum;
        private long _count;

        public void Add(double seconds)
        {
            lock (_lock) (_sum, _count) = (_sum + seconds, _count + 1);
        }

        public double TakeMilliseconds()
        {
            lock (_lock)
            {
                var mean = _count == 0 ? 0 : _sum / _count * 1000;
                (_sum, _count) = (0, 0);
                return mean;
            }
        }
    }
}
