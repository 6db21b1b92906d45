using System.Data.Common;
using System.Threading.Channels;

namespace EmrSim.Server.Storage;

/// <summary>
/// One writer: takes all work that waits, runs it in one transaction, commits, and only then answers. So the cost of a commit is
/// shared by all who wait for it, and one bad caller never fails another: when the shared transaction fails, each runs alone.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int MostWaiting = 4096;
    private const int MostTogether = 256;

    private readonly Channel<PendingWrite> _queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly IDatabaseDriver _driver;
    private readonly Func<Exception, Exception> _translate;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DbConnection? _connection;

    public GroupCommit(IDatabaseDriver driver, Func<Exception, Exception> translate)
    {
        _driver = driver;
        _translate = translate;

        // SQLite blocks its caller while the disk writes, so the loop has a thread of its own and takes none from the requests.
        new Thread(Loop) { IsBackground = true, Name = "group commit" }.Start();
    }

    public async Task<T> RunAsync<T>(string lane, Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite<T>(lane, work, cancellationToken);
        if (!_queue.Writer.TryWrite(pending)) await _queue.Writer.WriteAsync(pending, cancellationToken);
        return await pending.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private void Loop()
    {
        var together = new List<PendingWrite>(MostTogether);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            together.Clear();
            while (together.Count < MostTogether && _queue.Reader.TryRead(out var next))
            {
                if (next.TryStart()) together.Add(next);
            }

            if (together.Count > 0) CommitAsync(together).GetAwaiter().GetResult();
        }

        _ended.SetResult();
    }

    private async Task CommitAsync(List<PendingWrite> together)
    {
        // Rows are locked in one order everywhere, so that two instances' groups cannot wait for each other in a circle.
        if (_driver.Writers > 1) together = [.. together.OrderBy(work => work.Lane, StringComparer.Ordinal)];
        if (await AttemptAsync(together) is not { } failure) return;
        if (together.Count == 1 && !_driver.IsUnavailable(failure))
        {
            together[0].Fail(failure);
            return;
        }

        // A connection may have died long ago, which a new one mends; a file that can't be written, or a server that hangs, stays so for all.
        var outage = _driver.IsLasting(failure) ? failure : null;
        foreach (var one in together)
        {
            var own = outage ?? await AttemptAsync([one]);
            if (own is null) continue;
            one.Fail(_translate(own));

            // The rest would wait as long and fail the same.
            if (_driver.IsUnavailable(own)) outage = own;
        }
    }

    /// <summary>Null when all is answered; else nothing is committed and nobody is answered.</summary>
    private async Task<Exception?> AttemptAsync(IReadOnlyList<PendingWrite> together)
    {
        DbTransaction? transaction = null;
        var committing = false;
        try
        {
            _connection ??= await _driver.OpenAsync(CancellationToken.None);
            transaction = await _driver.BeginWriteAsync(_connection, CancellationToken.None);
            foreach (var work in together) await work.RunAsync(_connection, transaction);
            committing = true;
            await transaction.CommitAsync(CancellationToken.None);
            await transaction.DisposeAsync();
        }
        catch (Exception failure)
        {
            await DropAsync(transaction);
            if (!committing) return failure;

            // Whether it was committed is unknown: running it again could do it twice, so the callers decide.
            foreach (var work in together) work.Fail(_translate(failure));
            return null;
        }

        foreach (var work in together) work.Complete();
        return null;
    }

    private async Task DropAsync(DbTransaction? transaction)
    {
        try
        {
            if (transaction is not null) await transaction.DisposeAsync();
            if (_driver.Dialect == Dialect.Sqlite && transaction is not null) return;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
        {
            // The connection goes below, and the transaction with it.
        }

        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }
}
