namespace EmrSim.SessionStore.Tiered;

/// <summary>One of the two servers that decide together has done it; the other one failed so that by itself it would count as not done.</summary>
internal sealed class HalfDone(Exception problem) : Exception(problem.Message, problem)
{
    /// <summary>The second half of what was done already: when it fails, "not done" would be untrue.</summary>
    public static async ValueTask<T> AlsoAsync<T>(ValueTask<T> half)
    {
        try
        {
            return await half.ConfigureAwait(false);
        }
        catch (Exception problem) when (!TierSlot.MayYetHappen(problem))
        {
            throw new HalfDone(problem);
        }
    }
}
