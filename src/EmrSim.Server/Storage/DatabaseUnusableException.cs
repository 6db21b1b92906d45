namespace EmrSim.Server.Storage;

/// <summary>The server cannot start on this database; the message says why and what to do, in one line without secrets.</summary>
public sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
