namespace EmrSim.Server.Tests.Limits;

/// <summary>Skips while the program has no Redis store yet.</summary>
public static class RealStore
{
    public static void Need() =>
        Assert.SkipWhen(typeof(EmrSim.SessionStore.ISessionStore).Assembly.GetType("EmrSim.SessionStore.SessionStoreSetup") is null, "The session store has no Redis yet.");
}
