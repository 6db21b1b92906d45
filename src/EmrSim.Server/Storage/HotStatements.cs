using System.Data.Common;
using System.Runtime.CompilerServices;

namespace EmrSim.Server.Storage;

/// <summary>Statements that stay prepared on their connection, for what runs with every turn.</summary>
internal static class HotStatements
{
    private static readonly ConditionalWeakTable<DbConnection, Dictionary<string, DbCommand>> s_prepared = [];

    /// <summary>The statement ready to run; the connection owns it, so it is not disposed by the user.</summary>
    public static DbCommand Statement(this DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var statements = s_prepared.GetOrCreateValue(connection);
        if (!statements.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in values)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                command.Parameters.Add(parameter);
            }

            statements[sql] = command;
        }

        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i].Value ?? DBNull.Value;
        return command;
    }

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? NumberOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
