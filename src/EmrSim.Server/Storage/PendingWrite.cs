using System.Data.Common;

namespace EmrSim.Server.Storage;

/// <summary>One caller's work on its way through the group commit.</summary>
internal abstract class PendingWrite(string lane)
{
    public string Lane => lane;

    /// <summary>False when the caller has given up already. Once true, the caller waits for the outcome.</summary>
    public abstract bool TryStart();

    public abstract Task RunAsync(DbConnection connection, DbTransaction transaction);

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal sealed class PendingWrite<T> : PendingWrite
{
    private readonly Func<DbConnection, DbTransaction, CancellationToken, Task<T>> _work;
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _givingUp;
    private int _taken;
    private T _result = default!;

    public PendingWrite(string lane, Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        : base(lane)
    {
        _work = work;
        _givingUp = cancellationToken.UnsafeRegister(static (state, token) => ((PendingWrite<T>)state!).GiveUp(token), this);
    }

    public Task<T> Answer => _answer.Task;

    public override bool TryStart()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) return false;
        _givingUp.Unregister();
        return true;
    }

    public override async Task RunAsync(DbConnection connection, DbTransaction transaction) => _result = await _work(connection, transaction, CancellationToken.None);

    public override void Complete() => _answer.TrySetResult(_result);

    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    private void GiveUp(CancellationToken token)
    {
        if (Interlocked.Exchange(ref _taken, 1) == 0) _answer.TrySetCanceled(token);
    }
}
