Z1 = -0.7
)))) def class ~~~
