/* A thousand functions, many_000 to many_999. */
#define ONE(number)                                   \
    __attribute__((noipa)) long many_##number(long value) \
    {                                                 \
        return value + 1##number;                     \
    }

#define TEN(first) \
    ONE(first##0) ONE(first##1) ONE(first##2) ONE(first##3) ONE(first##4) ONE(first##5) ONE(first##6) ONE(first##7) ONE(first##8) ONE(first##9)

#define HUNDRED(first) \
    TEN(first##0) TEN(first##1) TEN(first##2) TEN(first##3) TEN(first##4) TEN(first##5) TEN(first##6) TEN(first##7) TEN(first##8) TEN(first##9)

HUNDRED(0)
HUNDRED(1)
HUNDRED(2)
HUNDRED(3)
HUNDRED(4)
HUNDRED(5)
HUNDRED(6)
HUNDRED(7)
HUNDRED(8)
HUNDRED(9)
