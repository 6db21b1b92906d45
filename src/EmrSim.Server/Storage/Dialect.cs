namespace EmrSim.Server.Storage;

public enum Dialect
{
    Sqlite,
    Postgres,
}
