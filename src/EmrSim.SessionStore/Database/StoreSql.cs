namespace EmrSim.SessionStore.Database;

/// <summary>The statements of one table, in the words that SQLite and PostgreSQL share; what differs is passed in.</summary>
internal sealed class StoreSql
{
    /// <summary>The first column of what is asked only to set the stage for the statement after it.</summary>
    public const string Stage = "stage";

    private const string Upsert = """
        insert into session_store_entry (key, kind, stamp_ms, stamp_counter, stamp_instance, expires_at, value, count)
        values (@key, @kind, @ms, @counter, @instance, @expires, @value, null)
        on conflict (key) do update set
          kind = excluded.kind, stamp_ms = excluded.stamp_ms, stamp_counter = excluded.stamp_counter,
          stamp_instance = excluded.stamp_instance, expires_at = excluded.expires_at, value = excluded.value, count = null

        """;

    private const string Stamps = "(session_store_entry.stamp_ms, session_store_entry.stamp_counter, session_store_entry.stamp_instance)";
    private const string NotNewer = Stamps + " <= (excluded.stamp_ms, excluded.stamp_counter, excluded.stamp_instance)";

    // What an outage leaves is there for moments: statistics that were taken before or after, of an empty table, would have it read whole for
    // each page. It holds for this transaction, which is this one batch.
    private const string ByTheKey = $"select set_config('enable_seqscan', 'off', true) as {Stage}, set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)";

    private const string Columns = "key, kind, stamp_ms, stamp_counter, stamp_instance, expires_at, value, count";

    private StoreSql(string create, string first, string forget, string among, string joined)
    {
        (Create, Forget) = (create, forget);
        Keys = $"select {joined}(key, ' ') from (select key from session_store_entry where expires_at > @now limit @most) as held";
        // "+ 0", or the index of ends might be taken for the better one.
        These = $"{first}select {Columns} from session_store_entry where key {among} and expires_at + 0 > @now";
        Page = $"{first}select {Columns} from session_store_entry where key > @after and expires_at > @now order by key limit @size";
    }

    public string Create { get; }

    public string Find { get; } = $"select {Columns} from session_store_entry where key = @key and expires_at > @now";

    public string Set { get; } = Upsert + $"where session_store_entry.expires_at <= @now or session_store_entry.kind = 2 or {NotNewer}";

    public string Add { get; } = Upsert + $"where session_store_entry.expires_at <= @now or (session_store_entry.kind = 3 and {NotNewer})";

    public string Replace { get; } = """
        update session_store_entry set
          kind = @kind, stamp_ms = @ms, stamp_counter = @counter, stamp_instance = @instance, expires_at = @expires, value = @value
        where key = @key and kind = 1 and expires_at > @now
          and stamp_ms = @expectedMs and stamp_counter = @expectedCounter and stamp_instance = @expectedInstance
        """;

    /// <summary>A tombstone in the place of something alive that is not newer.</summary>
    public string Bury { get; } = """
        update session_store_entry set
          kind = @kind, stamp_ms = @ms, stamp_counter = @counter, stamp_instance = @instance, expires_at = @expires, value = null, count = null
        where key = @key and expires_at > @now
          and (kind = 2 or (kind = 1 and (stamp_ms, stamp_counter, stamp_instance) <= (@ms, @counter, @instance)))
        """;

    // Each increment moves the stamp, so that only the newest state of a counter can be forgotten.
    public string Increment { get; } = """
        insert into session_store_entry (key, kind, stamp_ms, stamp_counter, stamp_instance, expires_at, value, count)
        values (@key, 2, @now, 0, 0, @expires, null, @by)
        on conflict (key) do update set
          kind = 2,
          count = case when session_store_entry.kind = 2 and session_store_entry.expires_at > @now then session_store_entry.count + @by else @by end,
          expires_at = case when session_store_entry.kind = 2 and session_store_entry.expires_at > @now then session_store_entry.expires_at else @expires end,
          stamp_ms = excluded.stamp_ms,
          stamp_counter = session_store_entry.stamp_counter + 1,
          value = null
        where session_store_entry.kind <> 1 or session_store_entry.expires_at <= @now
        returning count, expires_at
        """;

    /// <summary>Of the given entries those that are still the same; gives their keys.</summary>
    public string Forget { get; }

    public string These { get; }

    /// <summary>In the order of the keys, so that the next page begins where this one ends.</summary>
    public string Page { get; }

    public string KeyAt { get; } = "select key from session_store_entry where expires_at > @now order by key limit 1 offset @place";

    /// <summary>How many there are, counted up to a bound.</summary>
    public string Count { get; } = "select count(*) from (select 1 from session_store_entry where expires_at > @now limit @most) as held";

    /// <summary>All in one text, which costs half of what as many rows do; no key has a space.</summary>
    public string Keys { get; }

    public string Discard { get; } = """
        delete from session_store_entry
        where key = @key and (kind = 2 or (stamp_ms, stamp_counter, stamp_instance) <= (@ms, @counter, @instance))
        returning kind, expires_at
        """;

    public string Sweep { get; } = "delete from session_store_entry where expires_at <= @now";

    /// <summary>A write that changes nothing: a database that may only be read does not serve.</summary>
    public string Probe { get; } = "delete from session_store_entry where key = '' and expires_at > @now";

    public static StoreSql For(StoreDialect dialect) => dialect switch
    {
        StoreDialect.Sqlite => new(
            Table("text", "blob", "integer"),
            "",
            """
            delete from session_store_entry
            where (key, stamp_ms, stamp_counter, stamp_instance) in (
              select value ->> 'key', value ->> 'ms', value ->> 'counter', value ->> 'instance' from json_each(@entries))
            returning key
            """,
            "in (select value from json_each(@keys))",
            "group_concat"),
        // "If not exists" alone lets two instances that start together collide on the catalogue's own unique index.
        StoreDialect.PostgreSql => new(
            $"""
            do $$ begin
              perform pg_advisory_xact_lock(7305012);
              {Table("text", "bytea", "bigint")}
            end $$;
            """,
            $"{ByTheKey};",
            // One instance at a time: two that forget the same entries must not wait for each other in a ring. What is lost with the server
            // is only moved up again, so nobody waits for the disk; but a counter would be counted again. For "=" in the place of "between" one
            // and the same PostgreSQL may still read the whole table, and hash it.
            $"""
            {ByTheKey}, pg_advisory_xact_lock(7305013),
              set_config('synchronous_commit', case when @lasting then current_setting('synchronous_commit') else 'off' end, true);
            delete from session_store_entry entry
            using unnest(@keys, @ms, @counters, @instances) as moved (key, ms, counter, instance)
            where entry.key between moved.key and moved.key
              and (entry.stamp_ms, entry.stamp_counter, entry.stamp_instance) between (moved.ms, moved.counter, moved.instance) and (moved.ms, moved.counter, moved.instance)
            returning entry.key
            """,
            "= any (@keys)",
            "string_agg"),
        _ => throw new ArgumentOutOfRangeException(nameof(dialect)),
    };

    private static string Table(string text, string bytes, string number) => $"""
        create table if not exists session_store_entry (
          key {text} primary key,
          kind {number} not null,
          stamp_ms {number} not null,
          stamp_counter {number} not null,
          stamp_instance {number} not null,
          expires_at {number} not null,
          value {bytes},
          count {number}
        );
        create index if not exists session_store_entry_expires on session_store_entry (expires_at);
        """;
}
